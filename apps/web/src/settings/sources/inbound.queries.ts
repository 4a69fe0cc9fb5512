import {
  changeInboundSource,
  createInboundSource,
  getInboundSource,
  removeInboundSource,
  rotateInboundSource,
  tryInboundMapping,
  type InboundMapping,
  type InboundSource,
} from '#contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call } from '../../api/client';
import { useChange } from '../../api/use-change';

export type { InboundMapping, InboundSource };

const list = 'sources';
const one = (id: string) => ['inbound-source', id];
/** Milliseconds between looks while a sample is awaited. */
const SOON = 2_000;

export const useInboundSource = (id: string) =>
  useQuery({
    queryKey: one(id),
    queryFn: ({ signal }) => call(getInboundSource, { params: { id } }, { signal }),
    refetchInterval: ({ state: { data } }) => (data && !data.is_on ? SOON : false),
  });

export const useCreateInbound = () => useChange(list, (name: string) => call(createInboundSource, { body: { name } }));
export const useRemoveInbound = () => useChange(list, (id: string) => call(removeInboundSource, { params: { id } }));
export const useRotateInbound = () =>
  useMutation({ mutationFn: (id: string) => call(rotateInboundSource, { params: { id } }) });

export function useChangeInbound(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { mapping?: InboundMapping; is_on?: boolean }) =>
      call(changeInboundSource, { params: { id }, body }),
    onSuccess: (source) => client.setQueryData(one(id), source),
  });
}

export const useTryMapping = (id: string) =>
  useMutation({
    mutationFn: (body: { mapping: InboundMapping; sample_id: string }) =>
      call(tryInboundMapping, { params: { id }, body }),
  });
