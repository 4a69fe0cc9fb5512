const KEY = 'cortex.recent-steps';

/** Step types that were added lately, newest first. */
export const recentTypes = (): string[] => {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((type) => typeof type === 'string') : [];
  } catch {
    return [];
  }
};

export const rememberType = (type: string): void => {
  const list = [type, ...recentTypes().filter((one) => one !== type)].slice(0, 5);
  localStorage.setItem(KEY, JSON.stringify(list));
};
