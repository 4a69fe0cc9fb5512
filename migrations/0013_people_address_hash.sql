-- Finds the person of an address at half the cost of the unique index, which compares texts on its way down. Every
-- activity asks once, and so does every write of the shop.
create index people_address_hash on cortex.people using hash (address);
