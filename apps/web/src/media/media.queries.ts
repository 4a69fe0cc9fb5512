import { uploadMedium } from '#contracts';
import { useMutation } from '@tanstack/react-query';
import { call } from '../api/client';

/** Uploads a picture; the server cleans it, makes it smaller where it is large, and says where it is. */
export const uploadPicture = ({ file, alt }: { file: File; alt: string }) =>
  call(uploadMedium, { query: { title: file.name.slice(0, 200), alt }, body: file as never });

export const useUpload = () => useMutation({ mutationFn: uploadPicture });
