export function MessageHeaders({
  headers,
}: {
  readonly headers: Readonly<Record<string, string>>;
}) {
  return (
    <dl className="grid gap-x-6 gap-y-2 font-mono text-sm wide:grid-cols-[max-content_minmax(0,1fr)]">
      {Object.entries(headers).map(([name, value]) => (
        <div key={name} className="grid wide:contents">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
