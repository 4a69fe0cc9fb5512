-- Customers sign in: tables in the shapes of better-auth, and links with which one chooses a password.

create schema cortex_customers;

-- A customer who has a way in, or from whom it was taken. Name and address are the profile's and stand nowhere twice: the
-- columns that better-auth has for them stay empty, as do all others that it looks for and we have no use for.
create table cortex_customers."user" (
  id uuid primary key references public.unified_profiles (id) on delete cascade,
  name text,
  email text,
  "emailVerified" boolean,
  image text,
  banned boolean not null default false,
  "bannedAt" timestamptz,
  "banReason" text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp
);

create table cortex_customers.session (
  id text primary key,
  "expiresAt" timestamptz not null,
  token text not null unique,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null,
  "ipAddress" text,
  "userAgent" text,
  "userId" uuid not null references cortex_customers."user" (id) on delete cascade
);
create index session_by_user on cortex_customers.session ("userId");

create table cortex_customers.account (
  id text primary key,
  "accountId" text not null,
  "providerId" text not null,
  "userId" uuid not null references cortex_customers."user" (id) on delete cascade,
  "accessToken" text,
  "refreshToken" text,
  "idToken" text,
  "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz,
  scope text,
  password text,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null,
  unique ("userId", "providerId")
);

create table cortex_customers.verification (
  id text primary key,
  identifier text not null,
  value text not null,
  "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp
);

-- At most one open link for each customer, and only its hash; a used one is gone. It was mailed to this address, and works
-- only while that is still theirs.
create table cortex.customer_password_links (
  profile_id uuid primary key references public.unified_profiles (id) on delete cascade,
  address text collate "C" not null,
  token_hash bytea not null unique,
  purpose text not null check (purpose in ('welcome', 'reset')),
  created_by text not null,
  created_at timestamptz not null default cortex.now(),
  expires_at timestamptz not null
);
