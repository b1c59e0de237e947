"""Tests of every form of the requirements: fields, types, options, rules, pages."""
