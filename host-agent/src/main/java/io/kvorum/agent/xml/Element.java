package io.kvorum.agent.xml;

import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** An XML element: attributes, then text or children. Written with everything escaped that needs it. */
public final class Element {
    private final String name;
    private final Map<String, String> attributes = new LinkedHashMap<>();
    private final List<Element> children = new ArrayList<>();
    private String text = "";

    private Element(String name) {
        this.name = name;
    }

    public static Element of(String name) {
        return new Element(name);
    }

    public Element with(String attribute, Object value) {
        attributes.put(attribute, printable(String.valueOf(value)));
        return this;
    }

    public Element text(Object value) {
        text = printable(String.valueOf(value));
        return this;
    }

    public Element add(Element child) {
        children.add(child);
        return this;
    }

    /** Adds a child and returns it. */
    public Element child(String childName) {
        Element child = new Element(childName);
        children.add(child);
        return child;
    }

    public String name() {
        return name;
    }

    /** Empty text where it is not there. */
    public String get(String attribute) {
        return attributes.getOrDefault(attribute, "");
    }

    public String text() {
        return text;
    }

    public List<Element> children() {
        return List.copyOf(children);
    }

    public Optional<Element> find(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).findFirst();
    }

    /** The first element down this path, or an empty one. */
    public Element at(String... path) {
        Element here = this;
        for (String step : path) {
            here = here.find(step).orElseGet(() -> Element.of(step));
        }
        return here;
    }

    public List<Element> all(String childName) {
        return children.stream().filter(child -> child.name.equals(childName)).toList();
    }

    private static String printable(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 && c != '\n' && c != '\t') {
                throw new IllegalArgumentException("A control character cannot stand in XML");
            }
        }
        return value;
    }

    /** Indented by two blanks, without a declaration. */
    @Override
    public String toString() {
        StringWriter out = new StringWriter();
        try {
            XMLStreamWriter writer = XMLOutputFactory.newInstance().createXMLStreamWriter(out);
            write(writer, 0);
            writer.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("XML could not be written", e);
        }
        return out.append('\n').toString();
    }

    private void write(XMLStreamWriter writer, int depth) throws XMLStreamException {
        boolean empty = text.isEmpty() && children.isEmpty();
        if (empty) {
            writer.writeEmptyElement(name);
        } else {
            writer.writeStartElement(name);
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            writer.writeAttribute(attribute.getKey(), attribute.getValue());
        }
        if (empty) {
            return;
        }
        if (!text.isEmpty()) {
            writer.writeCharacters(text);
        }
        for (Element child : children) {
            writer.writeCharacters("\n" + "  ".repeat(depth + 1));
            child.write(writer, depth + 1);
        }
        if (!children.isEmpty()) {
            writer.writeCharacters("\n" + "  ".repeat(depth));
        }
        writer.writeEndElement();
    }

    /** Reads XML without ever following an entity; IllegalArgumentException where it is none. */
    public static Element parse(String xml) {
        try {
            DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setExpandEntityReferences(false);
            return of(factory.newDocumentBuilder()
                    .parse(new InputSource(new StringReader(xml)))
                    .getDocumentElement());
        } catch (ParserConfigurationException | SAXException | java.io.IOException e) {
            throw new IllegalArgumentException("This is no XML: " + e.getMessage(), e);
        }
    }

    private static Element of(org.w3c.dom.Element node) {
        Element element = new Element(node.getTagName());
        NamedNodeMap attributes = node.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++) {
            element.attributes.put(
                    attributes.item(i).getNodeName(), attributes.item(i).getNodeValue());
        }
        for (Node child = node.getFirstChild(); child != null; child = child.getNextSibling()) {
            if (child instanceof org.w3c.dom.Element nested) {
                element.children.add(of(nested));
            }
        }
        if (element.children.isEmpty()) {
            element.text = node.getTextContent().strip();
        }
        return element;
    }
}
