// Every verb with every call of its servants failing once, in every way: what was acknowledged holds, and all goes on.
import { holdUnderFaults } from '../support/faults/hold-under-faults.ts'
import { verbs } from '../support/faults/verbs.ts'

holdUnderFaults(verbs)
