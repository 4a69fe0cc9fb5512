-- A changed brand reaches the templates that are designs: by which brand they were last drawn, and which versions the
-- system made for that, with the design and the words of the version before.
--
-- Expand only. A process of the release before writes versions without the new column, which are a person's.

alter table cortex.settings add column drawn_brand jsonb not null default '{}';
update cortex.settings set drawn_brand = brand;
alter table cortex.template_versions add column redrawn boolean not null default false;
