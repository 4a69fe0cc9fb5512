import { approveAutomation, getApproval } from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../api/client';

const key = (id: string, revision: number) => ['automation-approval', id, revision];

/** Who approved the storyboard of the draft, and whether that still holds at this revision. */
export const useApproval = (id: string, revision: number) =>
  useQuery({
    queryKey: key(id, revision),
    queryFn: ({ signal }) => call(getApproval, { params: { id } }, { signal }),
    staleTime: 0,
  });

/** Approves the draft as the storyboard of a backtest shows it. */
export const useApprove = (id: string, revision: number) => {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (backtest_id: string) => call(approveAutomation, { params: { id }, body: { backtest_id } }),
    onSuccess: (answer) => client.setQueryData(key(id, revision), answer),
  });
};
