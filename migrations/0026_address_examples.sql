-- Of a thousand examples, not a hundred, the planner tells whether a part of an address is rare: one example of a
-- hundred that fits means ten thousand people of a million to it, and then it walks through everybody to find eleven.
alter table cortex.people alter column address set statistics 1000;
-- The same of names: in the order in which they are asked for the planner can place a text between two examples; in
-- another it counts examples.
drop statistics cortex.people_folded;
create statistics cortex.people_folded on (left(name_folded, 100) collate "C"), (cortex.fold(first_name) collate "C"),
  (cortex.fold(last_name) collate "C"), (cortex.fold(country) collate "C") from cortex.people;
analyze cortex.people;
