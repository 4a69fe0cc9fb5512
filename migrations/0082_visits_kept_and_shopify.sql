-- How long what unknown visitors did is kept: six months, unless the settings say otherwise.
alter table cortex.settings alter column retention set default
  '{"activities_months": null, "visitors_months": 6, "mails_months": null, "webhook_calls_months": 1, "rejected_months": null}';
update cortex.settings set retention = '{"visitors_months": 6}' || retention;

-- Orders are fetched from Shopify, too. A table of a row for each source.
alter table cortex.order_sources drop constraint order_sources_source_check,
  -- squawk-ignore constraint-missing-not-valid
  add constraint order_sources_source_check check (source in ('stripe', 'shop', 'shopify'));
