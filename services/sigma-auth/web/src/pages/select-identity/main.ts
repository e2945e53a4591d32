import { start } from '../../lib/start';
import SelectIdentity from './SelectIdentity.svelte';

start(SelectIdentity);
