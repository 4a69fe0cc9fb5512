import type { Group } from '#rules';
import { ActionIcon, Button, NumberInput, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { newStepId } from '../../document/steps';
import type { ControlProps } from '../../../schema-form/control';
import { Rules } from './rules';

interface Path {
  id?: string;
  label?: string;
  rules?: Group;
  percent?: number;
}

const MOST_CASES = 6;
const MOST_BRANCHES = 10;

const pathsOf = (value: unknown): Path[] =>
  Array.isArray(value) ? value.filter((each): each is Path => typeof each === 'object' && each !== null) : [];

/** A new path's name in stored drawings. */
const newPathId = () => `p${newStepId().slice(1, 8)}`;

/** What is wrong with one path, or with anything inside it. */
const wrongIn = (problems: ReadonlyMap<string, string>, place: string): string | undefined =>
  [...problems].find(([at]) => at === place || at.startsWith(`${place}/`))?.[1];

/** Removes an undefined key, so that what is stored has no empty ones. */
const without = <T extends object>(part: T): T =>
  Object.fromEntries(Object.entries(part).filter(([, content]) => content !== undefined && content !== '')) as T;

/** The paths of a split by rule: each with a name and rules, asked from the first to the last. */
export function Cases(props: ControlProps) {
  const { field, value, problems, problem, readOnly, onChange } = props;
  const paths = pathsOf(value);
  const put = (at: number, part: Partial<Path>) => onChange(paths.with(at, without({ ...paths[at], ...part })));
  const swap = (at: number, by: number) => {
    const [here, there] = [paths[at], paths[at + by]];
    if (here && there) onChange(paths.with(at, there).with(at + by, here));
  };
  return (
    <fieldset className="field-group" disabled={readOnly}>
      <legend className="caps">{field.label}</legend>
      {field.help ? <p className="label">{field.help}</p> : null}
      {problem ? <p className="field-problem">{problem}</p> : null}
      {paths.map((path, at) => (
        <section className="path-field" key={path.id ?? at} aria-label={`Path ${at + 1}`} data-testid={`case-${at}`}>
          <div className="row nowrap">
            <TextInput
              className="grow"
              label={`Path ${at + 1}`}
              placeholder="Name, such as VIP"
              maxLength={60}
              value={path.label ?? ''}
              onChange={(event) => put(at, { label: event.currentTarget.value })}
            />
            <ActionIcon aria-label={`Move path ${at + 1} up`} disabled={at === 0} onClick={() => swap(at, -1)}>
              <IconArrowUp size={16} stroke={1.5} />
            </ActionIcon>
            <ActionIcon
              aria-label={`Move path ${at + 1} down`}
              disabled={at === paths.length - 1}
              onClick={() => swap(at, 1)}
            >
              <IconArrowDown size={16} stroke={1.5} />
            </ActionIcon>
            <ActionIcon
              aria-label={`Remove path ${at + 1}`}
              disabled={paths.length <= 2}
              onClick={() => onChange(paths.toSpliced(at, 1))}
            >
              <IconX size={16} stroke={1.5} />
            </ActionIcon>
          </div>
          <Rules
            {...props}
            field={{ ...field, label: '', help: undefined }}
            value={path.rules}
            problem={wrongIn(problems, `${field.name}/${at}`)}
            onChange={(rules) => put(at, { rules: rules as Group | undefined })}
          />
        </section>
      ))}
      <p className="label">Everyone who matches none of these takes “everyone else”.</p>
      <div>
        <Button
          variant="default"
          size="compact-sm"
          disabled={readOnly || paths.length >= MOST_CASES}
          onClick={() => onChange([...paths, { id: newPathId() }])}
        >
          Add a path
        </Button>
      </div>
    </fieldset>
  );
}

/** The paths of a split at random, with their shares and what these add up to. */
export function Branches({ field, value, problems, problem, readOnly, onChange }: ControlProps) {
  const paths = pathsOf(value);
  const sum = Math.round(paths.reduce((total, { percent = 0 }) => total + percent, 0) * 100) / 100;
  const put = (at: number, part: Partial<Path>) => onChange(paths.with(at, without({ ...paths[at], ...part })));
  const evenly = () => {
    const share = Math.floor(10_000 / paths.length) / 100;
    const rest = Math.round((100 - share * (paths.length - 1)) * 100) / 100;
    onChange(paths.map((path, at) => ({ ...path, percent: at === paths.length - 1 ? rest : share })));
  };
  return (
    <fieldset className="field-group" disabled={readOnly}>
      <legend className="caps">{field.label}</legend>
      {paths.map((path, at) => (
        <div className="row nowrap" key={path.id ?? at} data-testid={`branch-${at}`}>
          <NumberInput
            aria-label={`Path ${at + 1}, percent`}
            w={104}
            min={0.01}
            max={99.99}
            decimalScale={2}
            suffix="%"
            error={wrongIn(problems, `${field.name}/${at}`) !== undefined}
            value={path.percent ?? ''}
            onChange={(percent) => put(at, { percent: typeof percent === 'number' ? percent : undefined })}
          />
          <TextInput
            aria-label={`Path ${at + 1}, name`}
            className="grow"
            placeholder="Name (optional)"
            maxLength={60}
            value={path.label ?? ''}
            onChange={(event) => put(at, { label: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Remove path ${at + 1}`}
            disabled={paths.length <= 2}
            onClick={() => onChange(paths.toSpliced(at, 1))}
          >
            <IconX size={16} stroke={1.5} />
          </ActionIcon>
        </div>
      ))}
      <p className={sum === 100 ? 'label' : 'field-problem'} role="status">
        Total: {sum}%{sum === 100 ? '.' : problem ? `. ${problem}` : '. It must be 100%.'}
      </p>
      <div className="row">
        <Button
          variant="default"
          size="compact-sm"
          disabled={readOnly || paths.length >= MOST_BRANCHES}
          onClick={() => onChange([...paths, { id: newPathId(), percent: Math.max(1, Math.round(100 - sum)) }])}
        >
          Add a path
        </Button>
        <Button variant="default" size="compact-sm" disabled={readOnly || sum === 100} onClick={evenly}>
          Split evenly
        </Button>
      </div>
    </fieldset>
  );
}
