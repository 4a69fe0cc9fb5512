import { importContacts, keepImportFile, undoJob, type CallOf, type ImportFile, type ImportTarget } from '#contracts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../../api/client';

export type Kept = ImportFile;
export type Target = ImportTarget;
export type Mapping = ImportFile['mapping'];
type Order = NonNullable<CallOf<typeof importContacts>['body']>;

/** Uploads a file, which is kept for some days, and says what its columns seem to be. */
export const useKeepFile = () =>
  useMutation({
    mutationFn: (file: Blob) => call(keepImportFile, { body: new Blob([file], { type: 'text/csv' }) as never }),
  });

export const useImport = () => useMutation({ mutationFn: (body: Order) => call(importContacts, { body }) });

export const useUndo = () => useMutation({ mutationFn: (id: string) => call(undoJob, { params: { id } }) });
