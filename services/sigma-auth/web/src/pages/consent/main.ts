import { start } from '../../lib/start';
import Consent from './Consent.svelte';

start(Consent);
