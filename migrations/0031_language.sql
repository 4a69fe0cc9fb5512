-- The language a person reads, as a BCP 47 tag: de, pt-BR. Nullable and without a default, so nothing is rewritten.
alter table public.unified_profiles add column language text;
alter table public.purchase_leads add column language text;
alter table cortex.people add column language text;
