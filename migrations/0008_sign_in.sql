-- Staff sign-in: the tables of better-auth (its names and shapes), and our invitations.

create schema cortex_staff;

create table cortex_staff."user" (
  id text primary key,
  name text not null,
  email text not null unique,
  "emailVerified" boolean not null default false,
  image text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp,
  role text,
  banned boolean default false,
  "banReason" text,
  "banExpires" timestamptz
);

create table cortex_staff.session (
  id text primary key,
  "expiresAt" timestamptz not null,
  token text not null unique,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" text not null references cortex_staff."user" (id) on delete cascade,
  "impersonatedBy" text
);
create index session_by_user on cortex_staff.session ("userId");

create table cortex_staff.account (
  id text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" text not null references cortex_staff."user" (id) on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null
);
create index account_user on cortex_staff.account ("userId");

create table cortex_staff.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp
);
create index verification_identifier on cortex_staff.verification (identifier);

create table cortex_staff."rateLimit" (
  id text primary key,
  key text not null unique,
  count integer not null,
  "lastRequest" bigint not null
);

-- The link carries a token of which only the hash is kept; a taken or withdrawn invitation is gone.
create table cortex.staff_invitations (
  id uuid primary key default uuidv7(),
  email text not null,
  role text not null check (role in ('viewer', 'marketer', 'support', 'admin')),
  token_hash bytea not null unique,
  created_by text not null,
  created_at timestamptz not null default cortex.now(),
  expires_at timestamptz not null
);
