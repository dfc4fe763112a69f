// What floats above every screen: at most one of these at a time.
import { createContext, useContext } from 'react';

export type OverlayName = 'palette' | 'keys' | 'end';
export const OverlayContext = createContext<(name: OverlayName | null) => void>(() => undefined);
export const useOverlay = () => useContext(OverlayContext);
