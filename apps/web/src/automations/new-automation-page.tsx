import './automations.css';
import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { Link } from 'react-router';
import { adminAddresses } from '#contracts';
import { StepIcon, kindColor } from './step-icon';
import { Problem } from '../ui/forms/confirm';
import { Page, Section } from '../ui/pages/page';
import { useCreate } from './automations.queries';
import { ImportAutomation } from './import-automation';
import { MiniDrawing } from './mini-drawing';
import { recipeChoices, startChoices } from './start-choices';

/** `/admin/automations/new`: one question. */
export function NewAutomationPage() {
  const create = useCreate();
  const navigate = useNavigate();
  const begin = (body: Parameters<typeof create.mutate>[0]) =>
    create.mutate(body, {
      onSuccess: ({ id }) => void navigate(adminAddresses.automation(id), { replace: true }),
    });
  return (
    <Page
      title="What should start it?"
      intro="You can change everything later."
      actions={
        <Button component={Link} to={adminAddresses.automations} variant="default">
          Back
        </Button>
      }
      wide
    >
      <Problem error={create.error} />
      <ul className="starts">
        {startChoices.map((start) => (
          <li key={start.id}>
            <button
              type="button"
              className="start-card"
              disabled={create.isPending}
              onClick={() => begin({ name: start.name, graph: start.graph, settings: start.settings })}
              data-testid={`start-${start.id}`}
            >
              <span className="start-glyph" style={{ color: kindColor(start.glyph) }}>
                <StepIcon type={start.glyph} size={20} />
              </span>
              <b>{start.title}</b>
              <span className="label">{start.help}</span>
            </button>
          </li>
        ))}
      </ul>
      <Section title="Or start from a recipe" note="The e-mails are written, in your brand. Read them, then publish.">
        <ul className="recipes">
          {recipeChoices.map(({ id, title, help, graph }) => (
            <li key={id}>
              <button
                type="button"
                className="recipe"
                disabled={create.isPending}
                onClick={() => begin({ name: title, recipe: id })}
                data-testid={`recipe-${id}`}
              >
                <MiniDrawing graph={graph} />
                <span>
                  <b>{title}</b>
                  <span className="sentence">{help}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </Section>
      <ImportAutomation />
    </Page>
  );
}
