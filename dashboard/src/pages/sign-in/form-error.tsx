/** Why the server refused a form; read out at once. */
export function FormError({ error }: { readonly error: Error | null }) {
  if (error === null) return null;
  return (
    <p role="alert" className="rounded-ui border border-fault bg-fault-wash px-3 py-2 text-sm">
      {error.message}
    </p>
  );
}
