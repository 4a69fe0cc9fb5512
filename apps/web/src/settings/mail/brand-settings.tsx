import { Button, ColorInput, FileButton, NumberInput, Select, TextInput } from '@mantine/core';
import { IconPhotoUp } from '@tabler/icons-react';
import { brandContrasts, brandFrom, fontLabels, fontNames, onAccent, type Brand, type BrandContrast } from '#designs';
import { useUpload } from '../../media/media.queries';
import { Problem } from '../../ui/forms/confirm';
import { SettingsSection } from '../saving/settings-section';
import { BrandSample } from './brand-sample';
import type { Settings } from '../saving/settings.queries';

const colours: { name: 'paper' | 'card' | 'ink' | 'quiet' | 'line' | 'accent'; label: string }[] = [
  { name: 'paper', label: 'Background around the mail' },
  { name: 'card', label: 'Background of the mail' },
  { name: 'ink', label: 'Text' },
  { name: 'quiet', label: 'Small print' },
  { name: 'line', label: 'Lines' },
  { name: 'accent', label: 'Buttons and links' },
];

const fonts = fontNames.map((name) => ({ value: name, label: fontLabels[name] }));
const COLOUR = /^#[0-9a-f]{6}$/i;

/** How mails look: logo, colours with their contrast, and fonts that every mail program has. */
export function BrandSettings({ settings }: { settings: Settings }) {
  return (
    <SettingsSection
      id="brand"
      title="Brand"
      note="Every design takes these. After a change, designed templates are rendered again as a new version; approvals stay. Queued e-mails and published automations keep the look they have."
      settings={settings}
      keys={['brand']}
    >
      {({ draft, put, errors, readOnly }) => {
        const brand = brandFrom(draft.brand ?? settings.brand);
        const typed = { ...brand, ...draft.brand } as Brand;
        const set = (change: Partial<Brand>) => put({ brand: { ...typed, ...change } });
        const whole = colours.every(({ name }) => COLOUR.test(typed[name]));
        const contrasts = whole ? brandContrasts(typed) : [];
        return (
          <div className="brand">
            {/* A colour that is half typed is none yet. */}
            <BrandSample brand={whole ? typed : brandFrom(settings.brand)} name={settings.name} />
            <Logo brand={typed} readOnly={readOnly} onChange={(logo) => set({ logo })} />
            <TextInput
              label="Your website"
              description="The logo in a header leads there."
              placeholder="https://example.com"
              value={typed.website}
              error={errors['website']}
              readOnly={readOnly}
              onChange={(event) => set({ website: event.currentTarget.value })}
            />
            <div className="brand-pairs">
              {colours.map(({ name, label }) => (
                <div key={name} className="brand-colour">
                  <ColorInput
                    label={label}
                    value={typed[name]}
                    error={errors[name]}
                    disabled={readOnly}
                    eyeDropperButtonProps={{ 'aria-label': `${label}: pick a colour from the screen` }}
                    onChange={(value) => set({ [name]: value })}
                  />
                  {contrasts
                    .filter(({ field }) => field === name)
                    .map((pair) => (
                      <Contrast key={pair.on} pair={pair} brand={typed} />
                    ))}
                </div>
              ))}
            </div>
            <div className="brand-pairs">
              <Select
                label="Font of text"
                allowDeselect={false}
                disabled={readOnly}
                data={fonts}
                value={typed.font}
                onChange={(font) => font && set({ font })}
              />
              <Select
                label="Font of headings"
                allowDeselect={false}
                disabled={readOnly}
                data={fonts}
                value={typed.heading_font}
                onChange={(heading_font) => heading_font && set({ heading_font })}
              />
              <p className="label brand-note">Mail programs have these fonts. They would replace any other.</p>
            </div>
            <NumberInput
              label="Corners of buttons and pictures"
              suffix=" px"
              w={240}
              min={0}
              max={40}
              value={typed.radius}
              readOnly={readOnly}
              onChange={(radius) => set({ radius: Number(radius) || 0 })}
            />
          </div>
        );
      }}
    </SettingsSection>
  );
}

const places = { paper: 'around the mail', card: 'on the mail', accent: 'for words on buttons' };

/** The contrast of two colours that meet, how it looks, and whether it can be read. */
function Contrast({ pair, brand }: { pair: BrandContrast; brand: Brand }) {
  const { field, on, ratio, good, message } = pair;
  return (
    <p className="label brand-contrast">
      <span
        className="brand-sample"
        style={{ color: on === 'accent' ? onAccent(brand) : brand[field], background: brand[on] }}
        aria-hidden="true"
      >
        Aa
      </span>
      <span className={good ? undefined : 'brand-faint'}>
        {message ?? `${ratio.toFixed(1)} to 1 ${places[on]}: easy to read`}
      </span>
    </p>
  );
}

function Logo({ brand, readOnly, onChange }: { brand: Brand; readOnly: boolean; onChange: (logo: string) => void }) {
  const upload = useUpload();
  return (
    <div className="stack-tight">
      <span className="mantine-InputWrapper-label">Logo</span>
      {brand.logo ? (
        <img className="brand-logo" src={brand.logo} alt="Your logo" />
      ) : (
        <p className="label">None yet: headers show the name of the workspace.</p>
      )}
      {readOnly ? null : (
        <div className="row">
          <FileButton
            accept="image/png,image/jpeg,image/webp,image/gif"
            onChange={(file) => file && upload.mutate({ file, alt: 'Logo' }, { onSuccess: ({ url }) => onChange(url) })}
          >
            {(props) => (
              <Button
                {...props}
                size="xs"
                variant="default"
                loading={upload.isPending}
                leftSection={<IconPhotoUp size={16} />}
              >
                {brand.logo ? 'Replace the logo' : 'Upload a logo'}
              </Button>
            )}
          </FileButton>
          {brand.logo ? (
            <Button size="xs" variant="subtle" onClick={() => onChange('')}>
              Remove it
            </Button>
          ) : null}
        </div>
      )}
      {upload.error ? <Problem error={upload.error} /> : null}
    </div>
  );
}
