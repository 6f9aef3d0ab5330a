export function SignInPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Sign in</h1>
    </main>
  );
}
