-- What a source calls whoever bought an order, such as Stripe's customer: so that a person who has another address by now
-- is still known by the orders that they had.
alter table cortex.order_sightings add column buyer text;
-- Empty where this release has not fetched yet, and written by fetching alone.
-- squawk-ignore require-concurrent-index-creation
create index order_sightings_buyer on cortex.order_sightings (source, buyer) where buyer is not null;
