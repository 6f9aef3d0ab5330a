interface BrandSampleProps {
  readonly logo: string;
  readonly colour: string;
  readonly footer: string;
  readonly address: string;
  readonly name: string;
}

/** How the parts of the brand look together; emails themselves are previewed where they are written. */
export function BrandSample({ logo, colour, footer, address, name }: BrandSampleProps) {
  const isColour = /^#[0-9a-f]{6}$/i.test(colour);
  return (
    <figure className="grid gap-2">
      <figcaption className="text-sm text-muted">Sample</figcaption>
      <div className="grid gap-4 rounded-ui border bg-mail p-5 text-[#1c1c1c]">
        {logo.startsWith('https://') ? (
          <img src={logo} alt={name} className="max-h-12 max-w-40 object-contain" />
        ) : (
          <span className="font-semibold">{name}</span>
        )}
        <p>Hello Ada, your invoice is ready.</p>
        <span
          className="justify-self-start rounded-ui px-3 py-1.5 text-[#fff]"
          style={{ backgroundColor: isColour ? colour : '#555555' }}
        >
          Open the invoice
        </span>
        <p className="border-t border-[#ddd] pt-3 text-xs whitespace-pre-line text-[#666]">
          {[footer, address].filter((text) => text !== '').join('\n')}
        </p>
      </div>
    </figure>
  );
}
