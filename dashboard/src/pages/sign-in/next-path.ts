/** Where to go after signing in: a path of this server, whatever the address says. */
export function nextPathOf(wish: string): string {
  // Two slashes, or a backslash, would name another server.
  return /^\/(?![/\\])/.test(wish) && !wish.startsWith('/sign-in') ? wish : '/dashboard';
}
