-- Where answers to a broadcast go, what its links carry for statistics of visits, and who gets test mails.

alter table cortex.broadcasts add column reply_to text, add column utm jsonb;
alter table cortex.mail_contents add column reply_to text, add column utm jsonb;
alter table cortex.settings add column seed_lists jsonb not null default '[]';

-- Pictures of drafts count as used. Drafts are few.
insert into cortex.uses (user_kind, user_id, used_kind, used_id)
select 'broadcast', b.id, 'media', m.id
from cortex.broadcasts b
join cortex.media m on strpos(b.html, m.name) > 0
where b.status in ('draft', 'scheduled')
on conflict do nothing;
