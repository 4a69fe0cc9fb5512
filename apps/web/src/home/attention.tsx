import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { useMay } from '../access/session.queries';
import { Section } from '../ui/pages/page';
import { Answer } from '../ui/feedback/query-states';
import { Time } from '../ui/formatting/time';
import { useAttention, useCloseAttention, type AttentionItem } from './home.queries';

interface NextAction {
  label: string;
  href: string;
}

const actionOf = (item: AttentionItem): NextAction | undefined => {
  const action = item.action as Partial<NextAction> | null;
  return action && typeof action.label === 'string' && typeof action.href === 'string'
    ? (action as NextAction)
    : undefined;
};

/** What needs a person, each with its one next action. */
export function Attention() {
  const list = useAttention();
  const close = useCloseAttention();
  const mayClose = useMay('people');
  return (
    <Section title="Needs attention">
      <Answer of={list} what="What needs attention could not be loaded" lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="sentence quiet" style={{ margin: 0 }}>
              Nothing needs your attention.
            </p>
          ) : (
            <div className="attention">
              {items.map((item) => {
                const action = actionOf(item);
                return (
                  <div key={item.id} className="notice" data-tone="warning">
                    <div className="row-apart">
                      <h3>{item.title}</h3>
                      <span className="label">
                        <Time at={item.opened_at} />
                      </span>
                    </div>
                    {item.detail ? <p className="sentence">{item.detail}</p> : null}
                    <div className="row" style={{ marginTop: 8 }}>
                      {action ? <Link to={action.href}>{action.label}</Link> : null}
                      {mayClose ? (
                        <Button variant="subtle" size="compact-sm" onClick={() => close.mutate(item.id)}>
                          Mark as done
                        </Button>
                      ) : null}
                    </div>
                  </div>
                );
              })}
            </div>
          )
        }
      </Answer>
    </Section>
  );
}
