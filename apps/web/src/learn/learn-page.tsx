import { Button } from '@mantine/core';
import { useNavigate } from 'react-router';
import { rowsOf } from '../api/paged';
import { LoadMore } from '../ui/pages/load-more';
import { Answer, Empty } from '../ui/feedback/query-states';
import { LearnFrame } from './learn-frame';
import { useCustomerSignOut, useMe, useMyCourses } from './learn.queries';

const since = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' });

/** `/learn`: the courses that the signed-in customer has access to. */
export function LearnPage() {
  const me = useMe();
  const courses = useMyCourses();
  const signOut = useCustomerSignOut();
  const navigate = useNavigate();
  return (
    <LearnFrame title="Your courses">
      <Answer of={courses} what="Your courses could not be loaded" lines={4}>
        {(data) => {
          const rows = rowsOf(data);
          if (rows.length === 0)
            return (
              <Empty title="No courses yet">
                <p>A course appears here as soon as you have access to it.</p>
              </Empty>
            );
          return (
            <>
              <ul className="learn-courses" aria-label="Your courses">
                {rows.map(({ enrollment_id, title, enrolled_at }) => (
                  <li key={enrollment_id}>
                    <h2>{title}</h2>
                    <span className="label">
                      since <time dateTime={enrolled_at}>{since.format(new Date(enrolled_at))}</time>
                    </span>
                  </li>
                ))}
              </ul>
              <LoadMore list={courses} label="Show more courses" />
            </>
          );
        }}
      </Answer>
      {me.data ? (
        <div className="learn-foot">
          <p className="label">Signed in as {me.data.name ? `${me.data.name}, ${me.data.email}` : me.data.email}</p>
          <Button
            variant="default"
            disabled={signOut.isPending}
            onClick={() => signOut.mutate(undefined, { onSuccess: () => void navigate('/learn/sign-in') })}
          >
            Sign out
          </Button>
        </div>
      ) : null}
    </LearnFrame>
  );
}
