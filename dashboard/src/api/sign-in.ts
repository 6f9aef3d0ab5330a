/** What a refused call said. */
interface Refusal {
  readonly message?: string;
  readonly error?: string;
}

/**
 * Calls the sign-in part of the server, which has its own paths and no side.
 *
 * @throws Error with the server's words
 */
export async function authCall<Answer>(path: string, body: object): Promise<Answer> {
  const response = await fetch(`/api/auth${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer as Answer;
  const { message, error } = (answer ?? {}) as Refusal;
  throw new Error(message ?? error ?? `The server answered ${response.status}.`);
}

export const signOut = (): Promise<unknown> => authCall('/sign-out', {});
