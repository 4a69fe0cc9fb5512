-- Saves of one colleague in one sitting are one version, so a version grows until the next one begins. When it began;
-- null is when it was saved.
alter table cortex.template_versions add column begun_at timestamptz;

-- Whether a version went into a mail is asked at every save. The table has a row for each text, not for each mail.
-- squawk-ignore require-concurrent-index-creation
create index mail_contents_by_template on cortex.mail_contents (template_id, template_version)
  where template_id is not null;
