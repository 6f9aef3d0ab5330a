import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the provider says of whoever signs in there next. */
export interface Claims {
  readonly sub: string;
  readonly email: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** A small OpenID provider on this machine: one client, and nobody is ever asked for a password. */
export interface IdentityProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Who signs in next, and what is wrong with the answer. */
  next: { claims: Claims; tampers?: Partial<Record<'iss' | 'aud' | 'nonce', string>> };
  readonly close: () => Promise<void>;
}

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** Source: OpenID Connect Core 1.0, code flow with PKCE. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' };
  const clientId = 'milepost';
  const clientSecret = randomUUID();
  const codes = new Map<string, { nonce: string | null; said: IdentityProvider['next'] }>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: IdentityProvider = {
    issuer,
    clientId,
    clientSecret,
    next: { claims: { sub: 'nobody', email: 'nobody@tidewater.example' } },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const idToken = ({ claims, tampers }: IdentityProvider['next'], nonce: string | null): string => {
    const iat = Math.floor(Date.now() / 1_000);
    const body = { iss: issuer, aud: clientId, iat, exp: iat + 300, nonce, ...claims, ...tampers };
    const text = `${base64url({ alg: 'RS256', kid: 'one', typ: 'JWT' })}.${base64url(body)}`;
    return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', issuer);
    const json = (value: object, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    if (pathname === '/.well-known/openid-configuration') {
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/keys`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    }
    if (pathname === '/keys') return json({ keys: [jwk] });
    if (pathname === '/authorize') {
      const code = randomUUID();
      codes.set(code, { nonce: searchParams.get('nonce'), said: provider.next });
      const back = new URL(searchParams.get('redirect_uri') ?? '');
      back.searchParams.set('code', code);
      back.searchParams.set('state', searchParams.get('state') ?? '');
      response.writeHead(302, { location: back.href });
      response.end();
      return;
    }
    const form = new URLSearchParams(await textOf(request));
    const known = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const isClient =
      form.get('client_secret') === clientSecret ||
      request.headers.authorization ===
        `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
    if (pathname !== '/token' || known === undefined || !isClient) {
      return json({ error: 'invalid_grant' }, 400);
    }
    return json({
      access_token: randomUUID(),
      token_type: 'Bearer',
      expires_in: 300,
      id_token: idToken(known.said, known.nonce),
    });
  }
  return provider;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
