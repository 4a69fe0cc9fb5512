import {
  changeStaff,
  createApiKey,
  endMySession,
  endMySessions,
  endSession,
  linkForStaff,
  inviteStaff,
  listApiKeys,
  listInvitations,
  listMySessions,
  listSessions,
  listStaff,
  removeStaff,
  resetSecondFactor,
  revokeApiKey,
  withdrawInvitation,
  type AnswerOf,
  type CallOf,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { sessionKey } from '../access/session.queries';
import { call } from '../api/client';

const all = { query: { limit: 200 } };
export type ApiKey = AnswerOf<typeof listApiKeys>['items'][number];
export type NewApiKey = NonNullable<CallOf<typeof createApiKey>['body']>;
export type StaffMember = AnswerOf<typeof listStaff>['items'][number];
export type RoleName = StaffMember['role'];

export const useApiKeys = () =>
  useQuery({ queryKey: ['api-keys'], queryFn: ({ signal }) => call(listApiKeys, all, { signal }) });
export const useStaff = () =>
  useQuery({ queryKey: ['staff'], queryFn: ({ signal }) => call(listStaff, all, { signal }) });
export const useInvitations = () =>
  useQuery({ queryKey: ['invitations'], queryFn: ({ signal }) => call(listInvitations, all, { signal }) });
export const useSessions = () =>
  useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => call(listSessions, all, { signal }) });

function useChange<I, O>(key: string, mutationFn: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: [key] }) });
}

export const useCreateApiKey = () => useChange('api-keys', (body: NewApiKey) => call(createApiKey, { body }));
export const useRevokeApiKey = () => useChange('api-keys', (id: string) => call(revokeApiKey, { params: { id } }));
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
