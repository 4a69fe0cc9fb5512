import { decimalsOf, minorMoney, wholeMoney } from '#rules';
import { NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { PersonInput } from '../../../people/person-input';
import { Line, Lines, Select, Switch } from '../../../schema-form/basic';
import { fieldProps, kept, text, type Control, type ControlProps } from '../../../schema-form/control';
import { Course } from '../../../schema-form/course';
import { controlOf, type FormField } from '../../../schema-form/schema';
import { useSettings } from '../../../settings/saving/settings.queries';
import { useContact } from '../../contacts.queries';
import type { ActionInput } from './actions.queries';

/** How a field of an action is drawn, by the `control` its schema names. */
const controls: ReadonlyMap<string, Control> = new Map<string, Control>([
  ['text', Line],
  ['long_text', Lines],
  ['select', Select],
  ['switch', Switch],
  ['course', Course],
  ['email', Address],
  ['contact', Person],
  ['money', Money],
  ['currency', Currency],
]);

interface ActionFieldsProps {
  fields: FormField[];
  values: ActionInput;
  /** What is wrong, by field. */
  problems: ReadonlyMap<string, string>;
  /** What cannot be used now, with the reason, by field. */
  closed: Readonly<Record<string, string>>;
  readOnly: boolean;
  onChange: (name: string, value: unknown) => void;
}

/** The form of an action, as its input schema describes it. */
export function ActionFields({ fields, values, problems, closed, readOnly, onChange }: ActionFieldsProps) {
  return fields.map((field, at) => {
    const Drawn = controls.get(controlOf(field)) ?? Line;
    // What stands in it can still be taken back.
    const reason = values[field.name] === undefined ? closed[field.name] : undefined;
    return (
      <Drawn
        key={field.name}
        field={reason === undefined ? field : { ...field, help: reason }}
        value={values[field.name]}
        config={values}
        problems={problems}
        problem={problems.get(field.name)}
        readOnly={readOnly || reason !== undefined}
        takesFocus={at === 0}
        onChange={(value) => onChange(field.name, value)}
      />
    );
  });
}

function Address(props: ControlProps) {
  return (
    <TextInput
      {...fieldProps(props)}
      type="email"
      autoComplete="off"
      spellCheck={false}
      value={text(props.value)}
      onChange={(event) => props.onChange(kept(event.currentTarget.value.trim(), true))}
    />
  );
}

/** Another person, looked up by name or address; what is kept is their id. */
function Person(props: ControlProps) {
  const id = text(props.value);
  const { data } = useContact(id === '' ? undefined : id);
  const [typed, setTyped] = useState('');
  return (
    <PersonInput
      {...fieldProps(props)}
      // The focus comes by itself when the dialog opens.
      openOnFocus={false}
      value={id === '' ? typed : (data?.email ?? typed)}
      onChange={(next) => {
        setTyped(next);
        if (id !== '') props.onChange(undefined);
      }}
      onPick={(person) => {
        setTyped(person.email);
        props.onChange(person.id);
      }}
    />
  );
}

/** An amount as people write it; what is kept is in the smallest unit of the currency that stands beside it. */
function Money(props: ControlProps) {
  const { data: settings } = useSettings();
  const currency = text(props.config['currency']) || (settings?.currency ?? 'EUR');
  return (
    <NumberInput
      {...fieldProps(props)}
      min={0}
      allowNegative={false}
      decimalScale={decimalsOf(currency)}
      thousandSeparator=","
      suffix={` ${currency}`}
      hideControls
      value={typeof props.value === 'number' ? wholeMoney(props.value, currency) : ''}
      onChange={(next) => props.onChange(next === '' ? undefined : minorMoney(Number(next), currency))}
    />
  );
}

function Currency(props: ControlProps) {
  return (
    <TextInput
      {...fieldProps(props)}
      maxLength={3}
      placeholder="EUR"
      value={text(props.value)}
      onChange={(event) => props.onChange(kept(event.currentTarget.value.trim().toUpperCase(), true))}
    />
  );
}
