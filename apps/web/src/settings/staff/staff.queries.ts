import {
  changeStaff,
  endMySession,
  endMySessions,
  endSession,
  linkForStaff,
  inviteStaff,
  listInvitations,
  listMySessions,
  listSessions,
  listStaff,
  removeStaff,
  resetSecondFactor,
  withdrawInvitation,
  type AnswerOf,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionKey } from '../../access/session.queries';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

const all = { query: { limit: 200 } };
export type StaffMember = AnswerOf<typeof listStaff>['items'][number];
export type RoleName = StaffMember['role'];
export type StaffSession = AnswerOf<typeof listSessions>['items'][number];
export type MySession = AnswerOf<typeof listMySessions>['items'][number];

export const useStaff = () =>
  useQuery({ queryKey: ['staff'], queryFn: ({ signal }) => call(listStaff, all, { signal }) });
export const useInvitations = () =>
  useQuery({ queryKey: ['invitations'], queryFn: ({ signal }) => call(listInvitations, all, { signal }) });
export const useSessions = () =>
  useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => call(listSessions, all, { signal }) });

export const useInvite = () =>
  useChange('invitations', (body: { email: string; role: RoleName }) => call(inviteStaff, { body }));
export const useWithdraw = () => useChange('invitations', (id: string) => call(withdrawInvitation, { params: { id } }));
export const useChangeStaff = () =>
  useChange('staff', ({ id, ...body }: { id: string; role?: RoleName; banned?: boolean }) =>
    call(changeStaff, { params: { id }, body }),
  );
export const useRemoveStaff = () => useChange('staff', (id: string) => call(removeStaff, { params: { id } }));
export const useEndSession = () => useChange('sessions', (id: string) => call(endSession, { params: { id } }));

export const useMySessions = () =>
  useQuery({ queryKey: ['sessions', 'mine'], queryFn: ({ signal }) => call(listMySessions, all, { signal }) });
export const useEndMySession = () => useChange('sessions', (id: string) => call(endMySession, { params: { id } }));
export function useEndMySessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call(endMySessions),
    onSuccess: () => client.removeQueries({ queryKey: sessionKey }),
  });
}
export const useLinkForStaff = () =>
  useMutation({ mutationFn: (id: string) => call(linkForStaff, { params: { id } }) });
export const useResetSecondFactor = () =>
  useChange('staff', (id: string) => call(resetSecondFactor, { params: { id } }));
