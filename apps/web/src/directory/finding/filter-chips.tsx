import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { isGroup, toClause, type Group, type Rule } from '#rules';
import { useNames } from '../../rule-builder/suggestions';
import { removeAt } from '../../rule-builder/tree/tree';

interface FilterChipsProps {
  rules: Group;
  onChange: (rules: Group | undefined) => void;
  onEdit: () => void;
}

/** The conditions of a filter as chips, with the word between them; each can be taken away by itself. */
export function FilterChips({ rules, onChange, onEdit }: FilterChipsProps) {
  const names = useNames();
  const parts: Group[] =
    rules.operator === 'NOT'
      ? [rules]
      : rules.conditions.map((rule) => (isPlainGroup(rule) ? rule : { operator: 'AND', conditions: [rule] }));
  return (
    <ul className="filter-chips" aria-label="The filter">
      {parts.map((part, at) => {
        const words = toClause(part, { names });
        return (
          <li key={at}>
            {at > 0 ? <i>{rules.operator === 'OR' ? 'or' : 'and'}</i> : null}
            <span className="filter-chip">
              <button type="button" onClick={onEdit} title="Change the filter">
                {words}
              </button>
              <ActionIcon
                size={24}
                aria-label={`Remove: ${words}`}
                onClick={() => onChange(rules.operator === 'NOT' ? undefined : removeAt(rules, [at]))}
              >
                <IconX size={14} stroke={1.5} />
              </ActionIcon>
            </span>
          </li>
        );
      })}
      <li>
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(undefined)}>
          Clear the filter
        </Button>
      </li>
    </ul>
  );
}

const isPlainGroup = (rule: Rule): rule is Group => isGroup(rule) && rule.operator !== 'NOT';
