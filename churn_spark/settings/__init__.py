"""The types and limits of all settings, one module per section; conf/base.yml gives values and meanings."""
