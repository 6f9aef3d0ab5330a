import { randomUUID } from 'node:crypto';
import { hashPassword } from 'better-auth/crypto';
import { expect } from 'vitest';
import type { Pool } from '../../src/platform/db.ts';
import type { Role } from '../../src/workspace/index.ts';
import type { Answer, HttpClient } from './http.ts';
import type { TestServer } from './server.ts';

/** Of every member of tests. */
export const PASSWORD = 'correct horse battery';
/** It takes a while, and is the same for all. */
const hashed = hashPassword(PASSWORD);

/** Somebody who is signed in. */
export interface SignedInMember {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** As the browser sends it. */
  readonly cookie: string;
}

/** A member who calls the API about one side of a workspace. */
export interface SignedInCaller extends SignedInMember {
  /** `<method> /api/v1<path>`, as a page of the dashboard would. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
}

/** Makes a member of the workspace that a side belongs to. */
export async function addMember(
  db: Pool,
  {
    workspaceId,
    role,
    name = 'Grace',
    email,
  }: { workspaceId: string; role: Role; name?: string; email?: string },
): Promise<{ id: string; name: string; email: string }> {
  const id = randomUUID();
  const address = email ?? `${id}@tidewater.example`;
  await db`
    insert into members (id, name, email, email_verified, created_at, updated_at)
    values (${id}, ${name}, ${address}, true, db_now(), db_now())
  `;
  await db`
    insert into member_accounts
      (id, member_id, provider, subject, password_hash, created_at, updated_at)
    values (${randomUUID()}, ${id}, 'credential', ${id}, ${await hashed}, db_now(), db_now())
  `;
  await db`
    insert into memberships (pair_id, member_id, role, created_at, updated_at)
    select pair_id, ${id}, ${role}, db_now(), db_now() from workspaces where id = ${workspaceId}
  `;
  return { id, name, email: address };
}

/** Makes a member and signs them in by their password. */
export async function newMember(
  { db, send }: { db: Pool; send: HttpClient['send'] },
  who: Parameters<typeof addMember>[1],
): Promise<SignedInMember> {
  const member = await addMember(db, who);
  return { ...member, cookie: await cookieFor({ send }, member.email) };
}

/** Signs a member in by the password of all members of tests. */
export async function cookieFor(
  { send }: { send: HttpClient['send'] },
  email: string,
): Promise<string> {
  const answer = await postAuth({ send }, '/sign-in/email', { email, password: PASSWORD });
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  return cookieOf(answer);
}

/**
 * A member with a role, signed in, who calls about a side.
 *
 * @param workspaceId the server's test side, if left out
 */
export async function signIn(
  server: TestServer,
  {
    role,
    workspaceId = server.test.id,
    ...who
  }: { role: Role; workspaceId?: string; name?: string; email?: string },
): Promise<SignedInCaller> {
  const member = await newMember(server, { workspaceId, role, ...who });
  return { ...member, call: callerOf(server, member.cookie, workspaceId) };
}

/** Calls as a page of the dashboard does that has a cookie. */
export const callerOf =
  (server: TestServer, cookie: string, workspaceId: string): SignedInCaller['call'] =>
  (method, path, body, headers = {}) =>
    server.send({
      method,
      path: `/api/v1${path}`,
      headers: {
        cookie,
        origin: server.url,
        'milepost-workspace': workspaceId,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

/** Each attempt of tests comes from somewhere else, where the server believes that. */
let addresses = 0;
const nextAddress = (): string => {
  addresses += 1;
  return `10.1.${addresses >> 8}.${addresses & 255}`;
};

/** `POST /api/auth<path>` as a page of the dashboard does. */
export const postAuth = (
  { send }: { send: HttpClient['send'] },
  path: string,
  body: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  send({
    method: 'POST',
    path: `/api/auth${path}`,
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': nextAddress(),
      ...headers,
    },
    body: JSON.stringify(body),
  });

/** The cookies that an answer sets, as the browser sends them back; those that it ends are left out. */
export const cookieOf = ({ headers }: Answer): string =>
  (headers['set-cookie'] ?? [])
    .filter((cookie) => !/max-age=0\b/i.test(cookie))
    .map((cookie) => cookie.split(';')[0])
    .join('; ');

/**
 * Makes the owner of a fresh installation, by the link that its start has printed.
 *
 * @returns the owner's cookie
 */
export async function setUpOwner(url: string, banner: string): Promise<string> {
  const token = /\/setup#token=([\w-]+)/.exec(banner)?.[1];
  expect(token, banner).toBeDefined();
  const answer = await fetch(`${url}/api/v1/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token, name: 'Ada', email: 'ada@example.com', password: PASSWORD }),
  });
  expect(answer.status, await answer.text()).toBe(200);
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ');
}
