import { useState } from 'react';
import { useMay } from '../../../api/may.ts';
import { SettingsBlock } from '../../../components/settings-block.tsx';
import { Field, Input } from '../../../components/ui/field.tsx';
import { Textarea } from '../../../components/ui/textarea.tsx';
import { SettingsForm } from '../settings-form.tsx';
import type { SettingsPartProps } from '../settings-part.tsx';
import { BrandSample } from './brand-sample.tsx';

export function BrandForm({ settings, save, isSaving, error }: SettingsPartProps) {
  const mayChange = useMay('editor');
  const { brand } = settings;
  const [logo, setLogo] = useState(brand.logo_url ?? '');
  const [colour, setColour] = useState(brand.colour);
  const [website, setWebsite] = useState(brand.website_url ?? '');
  const [footer, setFooter] = useState(brand.footer ?? '');
  const [address, setAddress] = useState(settings.postal_address ?? '');
  return (
    <SettingsBlock
      title="Branding"
      hint="For emails of the format branded, and the preference pages."
    >
      <div className="grid items-start gap-6 wide:grid-cols-[minmax(0,1fr)_18rem]">
        <SettingsForm
          isSaving={isSaving}
          error={error}
          locked={mayChange ? null : 'Editors and owners change this.'}
          onSave={() =>
            save({
              brand: {
                logo_url: logo || null,
                colour,
                website_url: website || null,
                footer: footer || null,
              },
              postal_address: address || null,
            })
          }
        >
          <Field label="Logo" hint="The https address of a picture, at most 300 pixels wide.">
            {(ids) => (
              <Input
                {...ids}
                type="url"
                value={logo}
                onChange={(event) => setLogo(event.target.value)}
              />
            )}
          </Field>
          <ColourField value={colour} onChange={setColour} />
          <Field label="Website">
            {(ids) => (
              <Input
                {...ids}
                type="url"
                value={website}
                onChange={(event) => setWebsite(event.target.value)}
              />
            )}
          </Field>
          <Field label="Footer" hint="Plain text under branded emails.">
            {(ids) => (
              <Textarea
                {...ids}
                value={footer}
                onChange={(event) => setFooter(event.target.value)}
              />
            )}
          </Field>
          <Field
            label="Postal address"
            hint="Many countries want it in marketing mail. It stands at the end of each."
          >
            {(ids) => (
              <Textarea
                {...ids}
                value={address}
                onChange={(event) => setAddress(event.target.value)}
              />
            )}
          </Field>
        </SettingsForm>
        <BrandSample
          logo={logo}
          colour={colour}
          footer={footer}
          address={address}
          name={settings.name}
        />
      </div>
    </SettingsBlock>
  );
}

interface ColourFieldProps {
  readonly value: string;
  readonly onChange: (colour: string) => void;
}

/** A colour, picked or typed. */
function ColourField({ value, onChange }: ColourFieldProps) {
  return (
    <Field label="Colour" hint="Of buttons and links.">
      {(ids) => (
        <span className="flex gap-2">
          <input
            type="color"
            aria-label="Pick a colour"
            value={value}
            onChange={(event) => onChange(event.target.value)}
            className="h-10 w-12 rounded-ui border border-edge bg-panel p-1 wide:h-8"
          />
          <Input
            {...ids}
            pattern="#[0-9a-fA-F]{6}"
            className="max-w-32"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        </span>
      )}
    </Field>
  );
}
