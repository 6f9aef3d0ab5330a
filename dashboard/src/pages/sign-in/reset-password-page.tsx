export function ResetPasswordPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Reset password</h1>
    </main>
  );
}
