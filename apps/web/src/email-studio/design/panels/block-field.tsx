import { fontLabels, fontNames, fontStacks, settingProblem, type Brand, type FieldMeta } from '#designs';
import { Button, ColorInput, Input, NumberInput, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { IconPhotoUp } from '@tabler/icons-react';
import { useState } from 'react';

interface BlockFieldProps {
  tagName: string;
  name: string;
  field: FieldMeta;
  brand: Brand;
  /** What is set on the block itself; empty for the default. */
  value: string;
  /** What applies, with defaults. */
  shown: string;
  onChange: (value: string) => void;
  onPicture: () => void;
}

/** What the server takes of one setting. */
const LONGEST = 2_000;

const fonts = fontNames.map((name) => ({ value: fontStacks[name] as string, label: fontLabels[name] }));

/** One setting of a block, drawn as its definition says. */
export function BlockField(props: BlockFieldProps) {
  const { name, field, value, shown, onChange, onPicture } = props;
  const { label, help, control, options = {} } = field;
  switch (control) {
    case 'colour':
      return <ColourField {...props} />;
    case 'pixels':
    case 'percent':
      return <NumberField {...props} />;
    case 'font':
      return (
        <Select
          label={label}
          description={help}
          allowDeselect={false}
          data={fonts}
          value={shown || null}
          onChange={(next) => onChange(next ?? '')}
        />
      );
    case 'choice': {
      const data = Object.entries(options).map(([value, label]) => ({ value, label }));
      if (name !== 'align' && name !== 'text-align')
        return (
          <Select
            label={label}
            description={help}
            data={data}
            placeholder="As usual"
            clearable={value !== ''}
            value={shown || null}
            onChange={(next) => onChange(next ?? '')}
          />
        );
      return (
        <Input.Wrapper label={label} labelElement="div">
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={label}
            data={data}
            value={shown || 'left'}
            onChange={onChange}
          />
        </Input.Wrapper>
      );
    }
    case 'image':
      return (
        <div className="stack-tight">
          <LineField {...props} />
          <Button size="xs" variant="default" leftSection={<IconPhotoUp size={16} />} onClick={onPicture}>
            {value ? 'Upload another picture' : 'Upload a picture'}
          </Button>
        </div>
      );
    case 'spacing':
    case 'link':
    case 'line':
    case 'paragraph':
      return <LineField {...props} />;
  }
}

/** What stands in a field until it is taken, and what it is again when the value changes from outside, as by an undo. */
function useTyped<T>(value: T): [T, (typed: T) => void] {
  const [typed, setTyped] = useState(value);
  const [before, setBefore] = useState(value);
  if (before !== value) {
    setBefore(value);
    setTyped(value);
  }
  return [typed, setTyped];
}

/** A size or share; like a text it is taken when the field is left or Enter is pressed. */
function NumberField({ tagName, name, field, value, shown, onChange }: BlockFieldProps) {
  const [typed, setTyped] = useTyped<string | number>(value === '' ? '' : parseFloat(value));
  const next = typed === '' ? '' : `${typed}${field.unit}`;
  const take = () => {
    if (next !== value) onChange(next);
  };
  return (
    <NumberInput
      label={field.label}
      description={field.help}
      error={next === '' ? undefined : settingProblem(tagName, name, next)}
      suffix={field.unit}
      min={0}
      max={9_999}
      allowDecimal={field.control === 'percent'}
      hideControls
      placeholder={shown || 'Automatic'}
      value={typed}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

/** A text that is taken when the field is left or Enter is pressed, so that one change is one step to undo. */
function LineField({ tagName, name, field, value, shown, onChange }: BlockFieldProps) {
  const [text, setText] = useTyped(value);
  const take = () => {
    if (text.trim() !== value) onChange(text.trim());
  };
  const input = {
    label: field.label,
    description: field.help,
    error: value === '' ? undefined : settingProblem(tagName, name, value),
    placeholder: shown === value ? undefined : shown,
    maxLength: LONGEST,
    value: text,
    onBlur: take,
  };
  return field.control === 'paragraph' ? (
    <Textarea {...input} autosize minRows={2} maxRows={8} onChange={(event) => setText(event.currentTarget.value)} />
  ) : (
    <TextInput
      {...input}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
    />
  );
}

/** Colours are taken when the choosing ends: on the paper each is a step to undo. */
function ColourField({ field, brand, value, shown, onChange }: BlockFieldProps) {
  const stored = value || shown;
  const [colour, setColour] = useTyped(stored);
  const { accent, ink, quiet, line, paper, card } = brand;
  return (
    <ColorInput
      label={field.label}
      description={field.help}
      placeholder="None"
      value={colour}
      swatches={[accent, ink, quiet, line, paper, card]}
      popoverProps={{ withinPortal: true }}
      eyeDropperButtonProps={{ 'aria-label': `${field.label}: pick a colour from the screen` }}
      onChange={setColour}
      onChangeEnd={(next) => next !== stored && onChange(next)}
      onBlur={() => colour !== stored && onChange(colour)}
    />
  );
}
