import { createContext, useContext, type Provider } from 'react';
import { useStore } from 'zustand';
import type { StoreApi } from 'zustand/vanilla';

interface StoreContext<State> {
  /** Gives its store to everything below; whoever draws it creates the store and so says how long it lives. */
  StoreProvider: Provider<StoreApi<State> | null>;
  /** The store itself, for handlers and effects that read or write without rendering again. */
  useStoreApi: () => StoreApi<State>;
  /** A part of the state; the component renders again when that part changes. */
  useStoreState: <Part>(select: (state: State) => Part) => Part;
}

/**
 * The one way to share state between components: a zustand store that a provider gives to what is below it. State of
 * a single component is `useState`, and what the server knows is a query.
 * @param name what the error says is missing where there is no provider
 */
export function createStoreContext<State>(name: string): StoreContext<State> {
  const Context = createContext<StoreApi<State> | null>(null);
  const useStoreApi = () => {
    const store = useContext(Context);
    if (!store) throw new Error(`No ${name} store is provided around this component`);
    return store;
  };
  return {
    StoreProvider: Context.Provider,
    useStoreApi,
    useStoreState: (select) => useStore(useStoreApi(), select),
  };
}
