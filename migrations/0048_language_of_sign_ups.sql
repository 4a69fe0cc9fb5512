-- The language of the page that somebody signed up on, for the mail that asks them to confirm. A process of the release
-- before leaves it out, and asks in English.

alter table cortex.sign_ups add column language text;
