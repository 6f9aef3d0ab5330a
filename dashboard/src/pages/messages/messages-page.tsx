export function MessagesPage() {
  return (
    <main className="p-6">
      <h1 className="text-lg font-semibold">Messages</h1>
    </main>
  );
}
