-- A run is about a person, and says only which: their address is read from the directory whenever it is needed.
--
-- Contract: the column was a copy, which went on naming an address after its person had left it. Processes of the release
-- before still write it: what they match after this fails, rolls back, and is matched again by processes of this release.

alter table cortex.automation_runs drop column contact_email;
