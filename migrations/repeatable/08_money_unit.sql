-- Generated from libs/rules/src/text/money.ts by `npm run gen`. Do not edit: change that file instead.

-- How many of its smallest units make a whole one of this currency: 100 cents, 1 yen, 1,000 fils.
create or replace function cortex.money_unit(currency text) returns int
  language sql immutable parallel safe
  return case
    when currency in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI', 'VND', 'VUV', 'XAF', 'XOF', 'XPF') then 1
    when currency in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
    when currency in ('CLF', 'UYW') then 10000
    else 100
  end;
