export function InvitationPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Invitation</h1>
    </main>
  );
}
