import { start } from '../../lib/start';
import '../../styles/developers.css';
import TryIt from './TryIt.svelte';

start(TryIt);
