"""Tests of the XML door, the BPMN parser, the checks and the compiler."""
