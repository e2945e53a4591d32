import { start } from '$shared/lib/start';
import Consent from './Consent.svelte';

start(Consent);
