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
import { recipeChoices, startChoices, type StartChoice } from './start-choices';

/** `/admin/automations/new`: one question. */
export function NewAutomationPage() {
  const create = useCreate();
  const navigate = useNavigate();
  const begin = (start: StartChoice) =>
    create.mutate(
      { name: start.name, graph: start.graph, settings: start.settings },
      { onSuccess: ({ id }) => void navigate(adminAddresses.automation(id), { replace: true }) },
    );
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
              onClick={() => begin(start)}
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
      <Section title="Or start from a recipe" note="Everything is filled in except the e-mails.">
        <ul className="recipes">
          {recipeChoices.map((start) => (
            <li key={start.id}>
              <button
                type="button"
                className="recipe"
                disabled={create.isPending}
                onClick={() => begin(start)}
                data-testid={`recipe-${start.id}`}
              >
                <MiniDrawing graph={start.graph} />
                <span>
                  <b>{start.title}</b>
                  <span className="sentence">{start.help}</span>
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
