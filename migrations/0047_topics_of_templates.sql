-- A template may have a topic, which the steps that send it go by when they name none. Frozen with what the mail says.
--
-- Expand only. A process of the release before ignores it: a step that goes by its template's topic is mailed by that
-- process without one, as until now.

alter table cortex.templates add column topic_id uuid;
alter table cortex.template_versions add column topic_id uuid;
alter table cortex.mail_contents add column topic_id uuid;
